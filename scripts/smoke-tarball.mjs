// Installs the packed tarball in an empty folder and uses it as a stranger would, on each Node named by its major version.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import assert from 'node:assert/strict'
import { run } from './build/run.mjs'

const root = path.resolve(import.meta.dirname, '..')
const CONFIG = `import { commandJob, defineConfig, defineJob } from 'run-due-schedules'

interface Sum { sum: number }

export default defineConfig({
  jobs: [
    defineJob({ name: 'add', run: ({ log }): Sum => { log('adding'); return { sum: 1 + 2 } } }),
    commandJob({ name: 'say', command: process.execPath, args: ['-e', 'console.log(process.env.JOB_NAME)'] }),
    defineJob({ name: 'apart', isolation: 'process', run: () => process.pid }),
  ],
  schedules: [{ id: 'hourly', cron: '@hourly', executionMode: 'ALL_JOBS', firstRun: 'immediately' }],
})
`

const folder = await mkdtemp(path.join(tmpdir(), 'smoke-'))
try {
  const app = path.join(folder, 'app')
  await installTarball(app)
  for (const major of process.argv.slice(2)) await smoke(major, await installNode(major), app)
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function installTarball(app) {
  await mkdir(app)
  const [packed] = JSON.parse(
    await run(root, 'npm', ['pack', '--json', '--ignore-scripts', '--silent', '--pack-destination', folder]),
  )
  await writeFile(path.join(app, 'package.json'), '{ "name": "app", "private": true, "type": "module" }\n')
  await writeFile(path.join(app, 'schedules.config.ts'), CONFIG)
  await run(app, 'npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', path.join(folder, packed.filename)])
  const size = (await run(app, 'du', ['-sm', 'node_modules'])).split('\t')[0]
  process.stdout.write(`installed ${packed.filename}: ${size} MiB in node_modules\n`)
}

/** The npm package `node` chooses one of these by platform; its own installer would need install scripts. */
async function installNode(major) {
  const prefix = path.join(folder, `node-${major}`)
  await mkdir(prefix)
  await writeFile(path.join(prefix, 'package.json'), '{ "private": true }\n')
  const name = `node-${process.platform}-${process.arch}`
  await run(prefix, 'npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', `${name}@${major}`])
  return path.join(prefix, 'node_modules', name, 'bin/node')
}

async function smoke(major, node, app) {
  const database = `smoke-${major}.db`
  const started = performance.now()
  const command = (...args) =>
    execute(node, app, database, ['node_modules/run-due-schedules/bin/run-due-schedules.js', ...args])

  const version = await execute(node, app, database, ['--version'])
  assert.ok(version.startsWith(`v${major}.`), version)

  const dry = JSON.parse(await command('--dry-run', '--json'))
  assert.equal(dry.pass.dryRun, true)
  assert.equal(existsSync(path.join(app, database)), false, 'a dry run created the database')

  const first = JSON.parse(await command('--json'))
  assert.deepEqual(first.runs.map((r) => `${r.jobName} ${r.status}`).sort(), [
    'add COMPLETED',
    'apart COMPLETED',
    'say COMPLETED',
  ])
  assert.equal(first.exitCode, 0)

  const second = JSON.parse(await command('--json'))
  assert.equal(second.counts.executed, 0)
  assert.equal(second.next.scheduleId, 'hourly')

  assert.match(await command('list'), /hourly/)
  assert.match(await command('runs', '--job', 'say'), /COMPLETED|completed/i)
  const faces = `
    const { nextSlots } = await import('run-due-schedules/calendar')
    const { createClient } = await import('run-due-schedules/client')
    const client = createClient({ databaseUrl: 'file:./${database}' })
    const [schedule] = await client.schedules.list()
    await client.close()
    console.log(schedule.id, nextSlots('@hourly', 'UTC', new Date(0), 2)[1].toISOString())`
  assert.equal(
    (await execute(node, app, database, ['--input-type=module', '-e', faces])).trim(),
    'hourly 1970-01-01T02:00:00.000Z',
  )
  process.stdout.write(`Node ${version.trim()}: ok (${((performance.now() - started) / 1000).toFixed(1)} s)\n`)
}

/** Resolves with stdout; rejects with everything printed when the exit code is not 0. */
function execute(node, cwd, database, args) {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, DATABASE_URL: `file:./${database}` }
  return new Promise((resolve, reject) => {
    const child = spawn(node, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (text) => (stdout += text))
    child.stderr.on('data', (text) => (stderr += text))
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0
        ? resolve(stdout)
        : reject(new Error(`${args.join(' ')} on ${node} exited ${code}\n${stdout}\n${stderr}`)),
    )
  })
}
