import { symlinkSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Project } from '../scenarios/project.js'
import { createNextVersion, NEXT_VERSION } from '../support/next-version.js'
import { engines } from '../support/servers.js'
import { VERSION } from '../../src/version.js'
import { account } from './account.js'
import { aChaosProject, chaosInstallation, LEASE_MS } from './chaos-project.js'
import { leftToDo, makeLate, WORKLOAD } from './workload.js'

// The long form makes over 10,000 runs.
const BACKLOG_MINUTES = process.env['CHAOS_FULL'] === undefined ? 20 : 600
const CONFIG = WORKLOAD.replace('catchUpLimit: 320', 'catchUpLimit: 1000')

describe.each(engines())('an old version and the next one over one database on $name', (engine) => {
  const nextVersion = createNextVersion(chaosInstallation())
  let old: Project
  let next: Project
  beforeAll(async () => {
    old = await aChaosProject(engine)
    next = new Project(old.database, nextVersion.folder, old.variables)
    // One file for the effects of both.
    old.write('effects.log', '')
    symlinkSync(path.join(old.folder, 'effects.log'), path.join(next.folder, 'effects.log'))
    for (const project of [old, next]) project.configure(CONFIG)
  })
  afterAll(async () => {
    nextVersion.remove()
    await next.remove()
    await old.remove()
  })

  it('share the work at once and in turn, though passes of both are killed: every slot has one fate', async () => {
    await old.run()
    const base = await makeLate(old, BACKLOG_MINUTES)
    const atWork = old.start(['--quiet', '--schedule', 'wait-0', '--max-duration', '8s'])
    const migrated = await next.run(['migrate'])
    expect(migrated.code, migrated.stderr).toBe(0)
    const codes = [(await atWork.ended).code]
    for (const [project, id] of [
      [next, 'wait-1'],
      [old, 'wait-2'],
      [next, 'wait-2'],
    ] as const)
      codes.push((await project.run(['--quiet', '--schedule', id, '--max-duration', '8s'])).code)
    for (let round = 0; round < 200 && (round < 4 || (await leftToDo(old)) > 0); round++) {
      const failpoint = (n: number) => (round < 4 ? { FAILPOINTS: `#${30 * (round + 1) + n}=kill` } : {})
      const passes = await Promise.all([
        old.run(['--quiet', '--max-duration', '8s']),
        next.run(['--quiet', '--max-duration', '8s']),
        old.run(['--quiet', '--max-duration', '8s'], failpoint(0)),
        next.run(['--quiet', '--max-duration', '8s'], failpoint(7)),
      ])
      codes.push(...passes.map((pass) => pass.code))
    }
    await sleep(LEASE_MS)
    for (const project of [old, next]) codes.push((await project.run([], { LEASE_MS: '20000' })).code)
    // Null: killed. 3: starved past a lease of two seconds by the neighbours.
    expect(codes.filter((code) => ![0, 1, 3, null].includes(code))).toEqual([])
    const found = await account(old, base, () => undefined)
    expect(found).toMatchObject({ duplicates: 0, gaps: 0, unrecorded: 0, hollow: 0, unfinished: 0, stuck: 0 })
    expect(found.mostOnce).toBe(1)
    expect(found.runs).toBeGreaterThan(8 * 2 * BACKLOG_MINUTES)
    const shares = await old.sql('SELECT version, SUM(executed) AS executed FROM RunnerPass GROUP BY version')
    expect(shares.map((share) => [share['version'], Number(share['executed']) > 0])).toEqual(
      expect.arrayContaining([
        [VERSION, true],
        [NEXT_VERSION, true],
      ]),
    )
  }, 600_000)

  it('the old one leaves the migrations of the next one alone', async () => {
    expect((await old.run(['migrate', '--json'])).stdout).toContain('"applied": []')
    const { code, stderr, stdout } = await old.run(['list'])
    expect(code, stderr + stdout).toBe(0)
    const [row] = await old.sql("SELECT COUNT(*) AS n FROM _prisma_migrations WHERE migration_name LIKE '%_region'")
    expect(Number(row?.['n'])).toBe(1)
  })
})
