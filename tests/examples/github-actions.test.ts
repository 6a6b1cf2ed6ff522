import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { ROOT } from '../architecture/read-imports.js'
import { createAppFolder, type AppFolder } from '../support/app-folder.js'
import { execute } from '../support/execute.js'

interface Workflow {
  on: { schedule: { cron: string }[] }
  jobs: { pass: { env: Record<string, string>; steps: { run?: string }[] } }
}

const CONFIG = `export default { jobs: [{ name: 'a', run: () => 1 }], schedules: [{ id: 's', cron: '@daily', firstRun: 'immediately' }] }`

describe('the example for GitHub Actions', () => {
  let app: AppFolder
  let workflow: Workflow

  beforeAll(async () => {
    workflow = parse(
      await readFile(path.join(ROOT, 'examples/github-actions/run-due-schedules.yml'), 'utf8'),
    ) as Workflow
    app = await createAppFolder()
    await writeFile(path.join(app.folder, 'schedules.config.ts'), CONFIG)
  })
  afterAll(() => app.remove())

  const steps = async (databaseUrl: string): Promise<{ code: number | null; stdout: string; stderr: string }[]> => {
    const { env, steps: all } = workflow.jobs.pass
    const commands = all.flatMap(({ run }) => (run?.includes('run-due-schedules.js') === true ? [run] : []))
    const ended = []
    for (const command of commands)
      ended.push(
        // As GitHub starts a step.
        await execute('bash', ['-e', '-c', command], {
          cwd: app.folder,
          env: { ...env, CI: 'true', DATABASE_URL: databaseUrl },
        }),
      )
    return ended
  }

  it('migrates, and makes a pass', async () => {
    const [migrated, passed] = await steps('file:./x.db')
    expect([migrated?.code, passed?.code], passed?.stderr).toEqual([0, 0])
    expect(passed?.stdout).toContain('1 completed')
  })

  it('runs nothing where the secret is missing', async () => {
    expect((await steps('')).map(({ code }) => code)).toEqual([2, 2])
  })
})
