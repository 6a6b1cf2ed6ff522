import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { createJiti } from 'jiti'
import { parse } from 'smol-toml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../architecture/read-imports.js'
import { createAppFolder, type AppFolder } from '../support/app-folder.js'
import { execute } from '../support/execute.js'
import { engines, type TestDatabase } from '../support/servers.js'

/** A service, or a database, which has no deployment. */
interface Service {
  name: string
  build?: { buildCommand?: string }
  deploy?: {
    startCommand: string
    preDeployCommand?: string[]
    cronSchedule?: string
    restartPolicyType?: string
    drainingSeconds?: number
  }
  env: Record<string, unknown>
}

/** What of `railway/iac` the files use: enough to read them without the SDK, which needs Node 22. */
const iac = {
  defineRailway: (program: () => unknown) => program(),
  project: (name: string, { resources }: { resources: unknown[] }) => ({ name, resources }),
  service: (name: string, options: object) => ({ name, ...options }),
  mysql: (name: string) => ({ name, env: { MYSQL_URL: `\${{${name}.MYSQL_URL}}` } }),
  github: (repo: string) => ({ repo }),
  preserve: () => 'preserved',
}

async function readServices(file: string): Promise<Service[]> {
  const jiti = createJiti(path.join(ROOT, file), {
    fsCache: false,
    tryNative: false,
    virtualModules: { 'railway/iac': iac },
  })
  const { resources } = await jiti.import<{ resources: Service[] }>(path.join(ROOT, file), { default: true })
  return resources
}

describe.each([
  { file: '.railway/railway.ts', runner: 'runner' },
  { file: 'examples/railway/.railway/railway.ts', runner: 'schedules' },
])('$file', ({ file, runner }) => {
  it('has a cron service that starts node itself, hourly, and is never restarted', async () => {
    const service = (await readServices(file)).find(({ name }) => name === runner)
    expect(service?.deploy).toMatchObject({
      cronSchedule: '0 * * * *',
      restartPolicyType: 'NEVER',
      drainingSeconds: 15,
    })
    expect(service?.deploy?.startCommand).toMatch(/^node \S*bin\/run-due-schedules\.js$/)
    expect(service?.deploy?.preDeployCommand).toEqual([`${service?.deploy?.startCommand ?? ''} migrate`])
    expect(service?.env).toMatchObject({ NODE_ENV: 'production', DATABASE_URL: '${{mysql.MYSQL_URL}}' })
  })

  it('has a web service that is never started by cron', async () => {
    const others = (await readServices(file)).filter(({ name, deploy }) => name !== runner && deploy !== undefined)
    expect(others.map(({ deploy }) => deploy?.cronSchedule)).toEqual([undefined])
  })
})

describe('railway.toml', () => {
  it('says of the cron service what .railway/railway.ts says', async () => {
    const { build, deploy } = parse(await readFile(path.join(ROOT, 'railway.toml'), 'utf8'))
    const runner = (await readServices('.railway/railway.ts')).find(({ name }) => name === 'runner')
    expect({ build, deploy }).toEqual({ build: runner?.build, deploy: runner?.deploy })
  })

  it('tells when Railway stops reading it', async () => {
    expect(await readFile(path.join(ROOT, 'railway.toml'), 'utf8')).toMatch(/1 December\n# 2026/)
  })
})

describe.each(engines().filter(({ dialect }) => dialect === 'mysql'))('on $name', (engine) => {
  let app: AppFolder
  let database: TestDatabase

  beforeAll(async () => {
    app = await createAppFolder('examples/railway/schedules.config.ts')
    database = await engine.createDatabase({ migrated: false })
  })
  afterAll(async () => {
    await app.remove()
    await database.drop()
  })

  it('migrates before the deployment and then makes a pass, with the very commands of the example', async () => {
    const service = (await readServices('examples/railway/.railway/railway.ts')).find(
      ({ name }) => name === 'schedules',
    )
    const commands = [...(service?.deploy?.preDeployCommand ?? []), service?.deploy?.startCommand ?? '']
    const env = { NODE_ENV: 'production', RAILWAY_ENVIRONMENT: 'production', DATABASE_URL: database.url }
    const outputs: string[] = []
    for (const command of commands) {
      const { code, stdout, stderr } = await execute('sh', ['-c', command], { cwd: app.folder, env })
      expect(code, stderr).toBe(0)
      outputs.push(stdout)
    }
    expect(outputs[0]).toMatch(/2 migrations applied/)
    expect(outputs[1]).toMatch(/nothing due/)
  })

  it('refuses the disk of a container when the database is not configured', async () => {
    const program = ['node_modules/run-due-schedules/bin/run-due-schedules.js']
    const { code, stderr } = await execute(process.execPath, program, {
      cwd: app.folder,
      env: { RAILWAY_ENVIRONMENT: 'production' },
    })
    expect(stderr).toMatch(/DATABASE_URL/)
    expect(code).toBe(2)
  })
})
