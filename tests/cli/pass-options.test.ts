import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { aProject, type Project } from '../scenarios/project.js'
import { engines } from '../support/servers.js'

const TWO = `{
  jobs: [
    defineJob({ name: 'good', run: () => { console.log('said on stdout'); effect('good') } }),
    defineJob({ name: 'bad', run: () => { throw new Error('as it must') } }),
    defineJob({ name: 'later', retry: { attempts: 2, delay: '10m' }, run: () => { throw new Error('not now') } }),
    defineJob({ name: 'slow', run: async () => { effect('slow'); while (!existsSync(folder + '/go')) await sleep(20) } }),
  ],
  schedules: [
    { id: 'good', cron: '0 3 1 1 *', jobs: ['good'] },
    { id: 'bad', cron: '0 3 1 1 *', jobs: ['bad'] },
    { id: 'later', cron: '0 3 1 1 *', jobs: ['later'] },
    { id: 'slow', cron: '0 3 1 1 *', jobs: ['slow'] },
  ],
}`

describe('the options of a pass', () => {
  let project: Project
  beforeEach(async () => {
    project = await aProject(engines()[0] ?? null)
    project.configure(TWO)
    await project.run()
  })
  afterEach(() => project.remove())

  it('--schedule leaves other due schedules to another pass', async () => {
    await project.makeDue(['good', 'bad'])
    const { code, document } = await project.json(['--schedule', 'good'])
    expect([code, document.runs.map((run) => run.scheduleId)]).toEqual([0, ['good']])
    expect((await project.json()).document.runs.map((run) => run.scheduleId)).toEqual(['bad'])
  })

  it('--schedule with an id that nobody knows is refused and runs nothing', async () => {
    await project.makeDue(['good'])
    for (const args of [[], ['--dry-run']]) {
      const { code, stderr } = await project.run(['--schedule', 'goood', ...args])
      expect([code, project.effects()]).toEqual([2, []])
      expect(stderr).toMatch(/no schedule 'goood'[\s\S]*good/)
    }
  })

  it.each([
    [[], 'bad', 1],
    [['--fail-on', 'none'], 'bad', 0],
    [[], 'later', 0],
    [['--fail-on', 'failed,deferred'], 'later', 1],
  ])('%j with a schedule that is %s exits with %i', async (args, id, code) => {
    await project.makeDue([id])
    expect((await project.run(args)).code).toBe(code)
  })

  it('--max-duration may be longer than a timer of Node can be', async () => {
    const { code, stderr } = await project.run(['--max-duration', '30d'])
    expect([code, stderr]).toEqual([0, ''])
  })

  it('--json keeps stdout for the document, whatever jobs print', async () => {
    await project.makeDue(['good'])
    const { document, stderr } = await project.json()
    expect(document.counts.completed).toBe(1)
    expect(stderr).toContain('said on stdout')
  })

  it('--quiet prints failures only', async () => {
    await project.makeDue(['bad', 'later'])
    const { stdout } = await project.run(['--quiet'])
    expect(stdout).toMatch(/bad .*failed/)
    expect(stdout).not.toMatch(/later|next:/)
  })

  it('--verbose tells of starts too', async () => {
    await project.makeDue(['bad'])
    expect((await project.run(['--verbose'])).stderr).toMatch(/started bad\/bad/)
  })

  it('run refuses while a run of the schedule is open, and says what to do', async () => {
    await project.makeDue(['slow'])
    const pass = project.start()
    await expect.poll(() => project.effects()).toEqual(['slow'])
    const refused = await project.run(['run', 'slow'])
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(/has an open run[\s\S]*request slow/)
    project.write('go', '')
    expect((await pass.ended).code).toBe(0)
    expect(project.effects()).toEqual(['slow'])
  })

  it('SCHEDULE_DAEMON_ENABLED=false does nothing, says so and exits with 0', async () => {
    await project.makeDue(['good'])
    const { code, stdout, stderr } = await project.run([], { SCHEDULE_DAEMON_ENABLED: 'false' })
    expect([code, project.effects()]).toEqual([0, []])
    expect(stdout + stderr).toContain('SCHEDULE_DAEMON_ENABLED')
  })

  it('without DATABASE_URL a pass names the SQLite file that it uses, unless it is switched off', async () => {
    const alone = await aProject(null)
    try {
      alone.configure(TWO)
      const notice = 'DATABASE_URL is not set: using the embedded SQLite file'
      expect((await alone.run([], { SCHEDULE_DAEMON_ENABLED: 'false' })).stderr).not.toContain(notice)
      expect((await alone.run()).stderr).toContain(notice)
    } finally {
      await alone.remove()
    }
  })

  it('pause --all stops everything until resume --all, and what passed meanwhile does not run', async () => {
    await project.run(['pause', '--all', '--reason', 'moving'])
    const notes = ['everything is paused (moving): slots that pass do not run, until `resume --all`']
    for (const args of [[], ['--dry-run']]) expect((await project.json(args)).document.notes).toEqual(notes)
    await project.makeDue(['good'])
    const { counts, notes: whenDue } = (await project.json()).document
    expect([counts.executed, whenDue]).toEqual([0, notes])
    expect((await project.run(['resume', '--all'])).code).toBe(0)
    expect((await project.json()).document.counts.executed).toBe(0)
    expect(await project.sql(`SELECT status, reason FROM JobRun`)).toEqual([{ status: 'SKIPPED', reason: 'paused' }])
  })

  it.each([['run'], ['request'], ['pause'], ['list']])(
    'an option of a pass before %s, which does not know it, is refused: it would act all the same',
    async (command) => {
      const { code, stderr } = await project.run(['--dry-run', command, 'good'])
      expect([code, project.effects(), await project.sql('SELECT id FROM JobRun')]).toEqual([2, [], []])
      expect(stderr).toContain(`'${command}' does not know --dry-run`)
    },
  )

  it('options that a command shares with a pass may stand before it', async () => {
    const { code, stdout } = await project.run(['--json', '--config', 'schedules.config.mjs', 'list'])
    expect([code, Object.keys(JSON.parse(stdout) as object)]).toEqual([0, expect.arrayContaining(['schedules'])])
  })

  it('a request that waits for an open run is left for a later pass: deferred', async () => {
    await project.makeDue(['slow'])
    const pass = project.start()
    await expect.poll(() => project.effects()).toEqual(['slow'])
    expect((await project.run(['request', 'slow'])).code).toBe(0)
    const { code, document } = await project.json(['--fail-on', 'failed,deferred'])
    expect([code, document.counts]).toEqual([1, expect.objectContaining({ executed: 0, deferred: 1 })])
    project.write('go', '')
    expect((await pass.ended).code).toBe(0)
  })

  it('--dry-run says that passes are switched off', async () => {
    const { code, document } = await project.json(['--dry-run'], { SCHEDULE_DAEMON_ENABLED: 'false' })
    expect([code, document.notes]).toEqual([
      0,
      ['SCHEDULE_DAEMON_ENABLED=false: a pass would check nothing and run nothing'],
    ])
    expect((await project.run(['--dry-run'], { EXECUTE_JOBS_INLINE: 'false' })).code).toBe(2)
  })

  it('--version and --help answer without config or database', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
    const told = await project.run(['--version'])
    expect([told.code, told.stdout.trim()]).toEqual([0, version])
    const help = await project.run(['--help'])
    expect(help.code).toBe(0)
    for (const word of ['--dry-run', 'backfill', 'Exit codes']) expect(help.stdout).toContain(word)
  })
})
