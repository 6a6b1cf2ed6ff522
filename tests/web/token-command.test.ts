import { decodeJwt, decodeProtectedHeader } from 'jose'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { verifyToken } from '../../src/access/token.js'
import { ROOT } from '../architecture/read-imports.js'
import { execute } from '../support/execute.js'
import { SECRET } from './support.js'

const PROGRAM = path.join(ROOT, 'bin/run-due-schedules.js')

describe('the command token', () => {
  const token = (args: string[], env: Record<string, string> = { JWT_SECRET: SECRET }) =>
    execute(process.execPath, [PROGRAM, 'token', ...args], { cwd: '/tmp', env })

  it('issues one that the web server takes', async () => {
    const args = ['--role', 'operator', '--expires', '2h', '--subject', 'ada@example.com']
    const { code, stdout } = await token(args)
    expect(code).toBe(0)
    const text = stdout.trim()
    expect(decodeProtectedHeader(text)).toEqual({ alg: 'HS256', typ: 'JWT' })
    const { exp = 0, iat = 0 } = decodeJwt(text)
    expect(exp - iat).toBe(7200)
    expect(await verifyToken(text, new TextEncoder().encode(SECRET), new Date())).toMatchObject({
      role: 'operator',
      subject: 'ada@example.com',
    })
  })

  it('lets its holder look for 12 hours unless told otherwise', async () => {
    const { stdout } = await token(['--json'])
    const issued = JSON.parse(stdout) as { role: string; expiresAt: string }
    expect(issued.role).toBe('viewer')
    const hours = (Date.parse(issued.expiresAt) - Date.now()) / 3_600_000
    expect(hours).toBeGreaterThan(11.9)
    expect(hours).toBeLessThanOrEqual(12)
  })

  it.each<[string[], Record<string, string>, string]>([
    [['--role', 'admin'], { JWT_SECRET: SECRET }, `'admin' is no role`],
    [['--expires', 'soon'], { JWT_SECRET: SECRET }, `'soon' is not a duration`],
    [['--expires', '2000d'], { JWT_SECRET: SECRET }, 'not between 1s and 366d'],
    [['--subject', ''], { JWT_SECRET: SECRET }, '1 to 100 visible characters'],
    [[], {}, 'JWT_SECRET: is not set'],
    [[], { JWT_SECRET: 'short' }, 'JWT_SECRET: has 5 bytes'],
  ])('refuses %j with %j', async (args, env, message) => {
    const { code, stdout, stderr } = await token(args, env)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
    expect(stderr).not.toContain(SECRET)
  })
})
