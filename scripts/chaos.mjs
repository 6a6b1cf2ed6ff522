// `npm run chaos -- --minutes 10 --engine mariadb`: kills, stops and disconnects passes, then prints what came of it.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import path from 'node:path'
import { run } from './build/run.mjs'

const root = path.resolve(import.meta.dirname, '..')
await run(root, 'node', ['scripts/build.mjs', '--chaos', '--if-stale'])
// A copy, so that a build meanwhile changes nothing; inside the repository, where native packages are found.
const installation = mkdtempSync(path.join(root, '.dist-chaos-'))
cpSync(path.join(root, '.dist-chaos'), installation, { recursive: true })
const servers = mkdtempSync(path.join(installation, 'servers-'))
const driver = ['--import', 'jiti/register', path.join(root, 'tests/chaos/main.ts'), ...process.argv.slice(2)]
const env = { ...process.env, CHAOS_INSTALLATION: installation, TEST_SERVERS_FOLDER: servers }
const { status } = spawnSync(process.execPath, driver, { stdio: 'inherit', env, cwd: root })
rmSync(installation, { recursive: true, force: true })
process.exitCode = status ?? 1
