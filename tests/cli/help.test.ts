import { afterAll, describe, expect, it } from 'vitest'
import { Project } from '../scenarios/project.js'

const COMMANDS = [
  ...['list', 'next', 'runs', 'show', 'run', 'request', 'cancel', 'pause', 'resume', 'backfill'],
  ...['migrate', 'prune', 'doctor', 'token'],
]

describe('help', () => {
  const project = new Project(null)
  afterAll(() => project.remove())
  const help = async (...args: string[]): Promise<string> => {
    const { code, stdout } = await project.run(args, { COLUMNS: '80' })
    expect(code).toBe(0)
    return stdout
  }

  it('names every command and exit code', async () => {
    const text = await help('--help')
    for (const command of COMMANDS) expect(text).toMatch(new RegExp(`^ {2}${command} `, 'm'))
    expect(text).toMatch(/^ {2}129, 130, 143 {2}stopped by SIGHUP, SIGINT, SIGTERM$/m)
    expect(await help('help')).toBe(text)
  })

  it.each([[], ...COMMANDS.map((command) => [command])])('%s fits into 80 columns', async (...words) => {
    const text = await help(...words, '--help')
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
  })

  it('of a command comes by `help COMMAND` as well', async () => {
    expect(await help('help', 'runs')).toBe(await help('runs', '--help'))
  })
})
