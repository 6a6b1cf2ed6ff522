import { createServer, type Server } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Project, aProject, type Ended } from '../scenarios/project.js'
import { engines } from '../support/servers.js'

const GOOD = `{ jobs: [defineJob({ name: 'work', run: () => effect('ran') })], schedules: [{ id: 's', cron: '0 3 * * *', jobs: ['work'] }] }`
const PROMPT_MS = 5000
const OF_A_BUSY_MACHINE_MS = 5000

/** A message for people: it names cause and fix, fits a screen, and comes within five seconds. */
function expectExplained(ended: Ended, code: number, ...texts: (string | RegExp)[]): void {
  expect(ended.code).toBe(code)
  for (const text of texts) expect(ended.stderr).toMatch(text)
  expect(ended.stderr.split('\n').length).toBeLessThan(40)
  expect(ended.stderr).not.toMatch(/\n\s+at .*node:internal/)
  expect(ended.tookMs).toBeLessThan(PROMPT_MS + OF_A_BUSY_MACHINE_MS)
}

describe('bad input', () => {
  let project: Project
  beforeEach(() => {
    project = new Project(null)
  })
  afterEach(() => project.remove())

  it.each([
    [['--nope'], /✗ unknown option '--nope'\n {2}fix: see `run-due-schedules --help`/],
    [['runs', '--nope'], /✗ unknown option '--nope'\n {2}fix: see `run-due-schedules runs --help`/],
    [['--dryrun'], /✗ unknown option '--dryrun'\n {2}fix: did you mean --dry-run\?/],
    [['lst'], /no command 'lst'[\s\S]*did you mean 'list'/],
    [['help', 'lst'], /no command 'lst'[\s\S]*did you mean 'list'/],
    [['--concurrency', '0'], /whole number from 1 to 1000/],
    [['--fail-on', 'everything'], /--fail-on takes failed, deferred or none/],
    [['--max-duration', 'soon'], /--max-duration: 'soon' is not a duration/],
    [['prune', '--older-than', '90'], /--older-than: '90' is not a duration: it has no unit/],
    [['run'], /missing required argument 'id'/],
    [['run', 's', 'work'], /too many arguments/],
    [['run', 's', '--params', '{bad'], /--params: not JSON/],
  ])('%j is refused with exit code 2', async (args, text) => {
    project.configure(GOOD)
    expectExplained(await project.run(args), 2, text)
  })

  it('what the command line refuses is a JSON document too', async () => {
    const { code, stdout } = await project.run(['list', '--json', '--nope'])
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({
      exitCode: 2,
      error: { code: 'USAGE', message: "unknown option '--nope'" },
    })
  })

  it('a missing config says where it looked and how to name one', async () => {
    expectExplained(await project.run(), 2, /no schedules\.config\.ts .* in /, /--config FILE/)
    expectExplained(await project.run(['--config', 'nope.ts']), 2, /--config names .*nope\.ts, which does not exist/)
  })

  it('a broken config tells every problem at once, with its path and fix, and runs nothing', async () => {
    project.configure(`{
      jobs: [defineJob({ name: 'work', tiemout: '5m', run: () => effect('ran') })],
      schedules: [
        { id: 's', cron: '61 * * * *', jobs: ['work'], firstRun: 'immediately' },
        { id: 's', cron: '0 3 * * *', timezone: 'Mars/Base', jobs: ['wrok'] },
        { id: 'six', cron: '0 0 3 * * *', jobs: ['work'] },
      ],
    }`)
    const ended = await project.run()
    expectExplained(
      ended,
      2,
      /5 problems|6 problems/,
      /jobs\[0\]\.tiemout/,
      /schedules\[0\]\.cron.*minute 61/,
      /schedules\[1\]\.timezone.*Mars\/Base/,
    )
    expectExplained(ended, 2, /'s' is the id of schedules\[0\]/, /no job 'wrok'[\s\S]*write 'work'/, /six fields/)
    expect(project.effects()).toEqual([])
  })

  it.each([
    ['throws', `throw new Error('no good')`, /could not be loaded: no good/],
    ['does not parse', 'export default {', /correct the syntax/],
    ['imports what is not there', `import './missing.js'\nexport default {}`, /correct the import/],
    ['exports nothing', `export const x = 1`, /has no default export/],
    ['imports a name that is not there', `import { nope } from 'node:fs'`, /named 'nope'[\s\S]*fix: correct the name/],
    ['requires', `const fs = require('fs')`, /import instead\n {4}at \S+:1:12\n {2}fix: write it as an ES module/],
    ['ends the process', `process.exit(0)`, /fix: let it import from an app only what its jobs need/],
  ])('a config that %s is explained', async (_what, text, message) => {
    project.write('schedules.config.mjs', text)
    expectExplained(await project.run(), 2, message)
  })

  it('an ES module in a CommonJS package is told how to be one', async () => {
    project.write('package.json', '{ "type": "commonjs" }')
    project.write('schedules.config.js', 'export default { jobs: [] }')
    expectExplained(
      await project.run(),
      2,
      /Unexpected token 'export'/,
      /fix: end its name in \.mjs or \.ts, or set "type"/,
    )
  })

  it.each(['--dry-run', 'list', 'next', 'runs', 'doctor', 'prune'])(
    'what a config prints leaves the JSON document of %s alone',
    async (command) => {
      project.write('schedules.config.mjs', `console.log('app is starting')\nexport default { jobs: [] }`)
      const { stderr } = await project.json([command])
      expect(stderr).toContain('app is starting')
    },
  )

  it.each([
    ['while it loads', `process.exit(0)\nexport default { jobs: [] }`],
    ['a little later', `setTimeout(() => process.exit(0))\nexport default { jobs: [] }`],
  ])('a config that ends the process %s is no success', async (_when, text) => {
    project.write('schedules.config.mjs', text)
    for (const args of [['--dry-run'], ['list'], ['migrate']])
      expectExplained(
        await project.run(args),
        2,
        /process was ended \(exit code 0\)/,
        /something there calls process\.exit/,
      )
    const { code, document } = await project.json(['list'])
    expect({ code, document }).toMatchObject({ code: 2, document: { exitCode: 2, error: { code: 'CONFIG_FAILED' } } })
  })

  it('a job whose output is not JSON completes, and says that the output was not stored', async () => {
    project.configure(
      GOOD.replace(`effect('ran')`, `({ big: 1n })`).replace(
        `jobs: ['work'] }`,
        `jobs: ['work'], firstRun: 'immediately' }`,
      ),
    )
    const ended = await project.run()
    expect(ended.code).toBe(0)
    expect(ended.stdout).toMatch(/output was not stored/)
  })

  it('a command that writes says when no database was named', async () => {
    const ended = await project.run(['pause', '--all'])
    expect(ended.code).toBe(0)
    expect(ended.stderr).toMatch(
      /^! DATABASE_URL is not set: using the embedded SQLite file .*run-due-schedules\.db\n$/,
    )
  })

  it('a queue that this version does not have is refused, whatever else is set', async () => {
    project.configure(GOOD)
    for (const more of [{}, { REDIS_URL: 'redis://127.0.0.1:1' }]) {
      const ended = await project.run([], { EXECUTE_JOBS_INLINE: 'false', ...more })
      expectExplained(ended, 2, /EXECUTE_JOBS_INLINE=false.*this version does not have/, /remove EXECUTE_JOBS_INLINE/)
    }
  })

  it('an ephemeral disk gets no embedded database', async () => {
    project.configure(GOOD)
    expectExplained(await project.run([], { NODE_ENV: 'production' }), 2, /DATABASE_URL/, /fix/)
  })

  it('as JSON, problems are a document on stdout too', async () => {
    project.configure(GOOD.replace('0 3 * * *', '0 3 * *'))
    const ended = await project.run(['--json'])
    expect(JSON.parse(ended.stdout)).toMatchObject({
      exitCode: 2,
      error: { code: 'CONFIG_INVALID', problems: [{ path: 'schedules[0].cron' }] },
    })
  })
})

describe('a silent database', () => {
  let silent: Server
  beforeAll(
    () => new Promise<void>((resolve) => (silent = createServer(() => undefined).listen(0, '127.0.0.1', resolve))),
  )
  afterAll(() => void silent.close())

  it('is given up after five seconds', async () => {
    const project = new Project(null)
    project.configure(GOOD)
    const address = silent.address()
    const port = typeof address === 'object' ? address?.port : 0
    expectExplained(
      await project.run([], { DATABASE_URL: `mysql://root:hunter2@127.0.0.1:${port}/x` }),
      3,
      /did not answer within 4.5 s/,
    )
    await project.remove()
  })
})

describe.each(engines().filter((engine) => engine.dialect === 'mysql'))(
  'a database URL that is wrong on $name',
  (engine) => {
    let project: Project
    beforeAll(async () => {
      project = await aProject(engine)
      project.configure(GOOD)
    })
    afterAll(() => project.remove())

    const url = (change: (url: URL) => void): { DATABASE_URL: string } => {
      const changed = new URL(project.database?.url ?? '')
      change(changed)
      return { DATABASE_URL: changed.href }
    }

    it.each<[string, (url: URL) => void, RegExp]>([
      ['password', (it) => (it.password = 'hunter2'), /wrong user name or password for user 'root'/],
      ['host', (it) => (it.hostname = 'no-such-host.invalid'), /host 'no-such-host\.invalid' was not found/],
      ['port', (it) => (it.port = '1'), /nothing listens at 127\.0\.0\.1:1/],
      ['database', (it) => (it.pathname = '/no_such_database'), /no database 'no_such_database'/],
    ])('in its %s is named with a fix and no password', async (_what, change, message) => {
      const ended = await project.run([], url(change))
      expectExplained(ended, 3, message, /fix:/)
      expect(ended.stderr + ended.stdout).not.toContain('hunter2')
      expect(project.effects()).toEqual([])
    })

    it('that is not migrated says which command migrates', async () => {
      const empty = await engine.createDatabase({ migrated: false })
      expectExplained(await project.run([], { DATABASE_URL: empty.url }), 3, /npx run-due-schedules migrate/)
      await empty.drop()
    })
  },
)
