import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../architecture/read-imports.js'
import { createAppFolder, type AppFolder } from '../support/app-folder.js'
import { execute } from '../support/execute.js'
import { missing } from '../support/missing.js'

/** What cron(8) gives a command. */
const CRON_ENV = { PATH: '/usr/bin:/bin', HOME: '/', SHELL: '/bin/sh', LOGNAME: 'nobody' }

describe('the crontab example', () => {
  let app: AppFolder
  let line: string

  beforeAll(async () => {
    app = await createAppFolder('examples/crontab/schedules.config.ts')
    const crontab = await readFile(path.join(ROOT, 'examples/crontab/crontab'), 'utf8')
    line = crontab.split('\n').find((text) => /^[0-9*]/.test(text)) ?? ''
    line = line.replaceAll('/srv/app', app.folder).replace('/usr/bin/node', process.execPath)
  })
  afterAll(() => app.remove())

  const runs = async (): Promise<{ status: string; jobName: string }[]> => {
    const program = path.join(ROOT, 'bin/run-due-schedules.js')
    const { stdout } = await execute(process.execPath, [program, 'runs', '--json'], { cwd: app.folder })
    return (JSON.parse(stdout) as { runs: { status: string; jobName: string }[] }).runs
  }

  it('names the five fields and then a command that needs no PATH', () => {
    expect(line).toMatch(/^0 \* \* \* \* \/\S+ \S+\/bin\/run-due-schedules\.js --quiet --config \/\S+$/)
  })

  it('makes a pass in the environment that cron gives it', async () => {
    const command = line.replace(/^(\S+ ){5}/, '')
    const { code, stdout, stderr } = await execute('/bin/sh', ['-c', command], { cwd: '/', env: CRON_ENV })
    expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: '' })
    expect(await runs()).toMatchObject([{ jobName: 'disk-usage', status: 'COMPLETED' }])
  })

  it.skipIf(!canHaveCron())(
    'makes a pass when a real cron daemon starts it',
    async () => {
      const project = await createAppFolder('examples/crontab/schedules.config.ts')
      const everyMinute = line
        .replace(/^(\S+ ){5}/, '* * * * * ')
        .replaceAll(app.folder, project.folder)
        .replace(' --quiet', '')
      const daemon = await startCron(project.folder, `${everyMinute} > ${project.folder}/pass.log 2>&1\n`)
      try {
        expect(await untilWritten(path.join(project.folder, 'pass.log'), /next: /)).toMatch(/pass 1 · 1 completed/)
      } finally {
        daemon.kill('SIGTERM')
        await project.remove()
      }
    },
    90_000,
  )
})

function canHaveCron(): boolean {
  const found = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'test', '-x', '/usr/sbin/cron']).status === 0
  return (
    found || (process.platform === 'linux' && missing('a cron daemon', 'it takes root, unshare and /usr/sbin/cron'))
  )
}

/** A cron daemon of our own: in a mount namespace where its tables are a temporary folder. */
async function startCron(folder: string, crontab: string): Promise<ChildProcess> {
  const spool = path.join(folder, 'spool')
  const empty = path.join(folder, 'empty')
  await mkdir(path.join(spool, 'crontabs'), { recursive: true })
  await mkdir(empty)
  await writeFile(path.join(empty, 'crontab'), '')
  await writeFile(path.join(spool, 'crontabs/root'), crontab)
  await chmod(path.join(spool, 'crontabs/root'), 0o600)
  const mounts = [
    `mount --bind ${spool} /var/spool/cron`,
    `mount --bind ${empty}/crontab /etc/crontab`,
    `mount --bind ${empty} /etc/cron.d`,
    'mount -t tmpfs none /run',
  ]
  return spawn('unshare', ['-m', 'sh', '-c', `${mounts.join(' && ')} && exec /usr/sbin/cron -f`], { stdio: 'ignore' })
}

async function untilWritten(file: string, pattern: RegExp): Promise<string> {
  for (let attempt = 0; attempt < 340; attempt++) {
    const text = await readFile(file, 'utf8').catch(() => '')
    if (pattern.test(text)) return text
    await sleep(250)
  }
  return await readFile(file, 'utf8').catch(() => 'nothing was written')
}
