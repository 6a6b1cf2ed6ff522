import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { ROOT } from '../architecture/read-imports.js'
import { createAppFolder, type AppFolder } from '../support/app-folder.js'
import { execute } from '../support/execute.js'

interface PodSpec {
  restartPolicy: string
  terminationGracePeriodSeconds?: number
  containers: { command: string[]; args?: string[]; env: { name: string }[] }[]
}

interface Job {
  kind: string
  spec: { backoffLimit: number; template: { spec: PodSpec } }
}

interface CronJob {
  kind: string
  spec: { schedule: string; concurrencyPolicy: string; jobTemplate: { spec: Job['spec'] } }
}

describe('the Kubernetes example', () => {
  let app: AppFolder
  let cronJob: CronJob
  let migration: Job

  beforeAll(async () => {
    app = await createAppFolder('examples/crontab/schedules.config.ts')
    const text = await readFile(path.join(ROOT, 'examples/kubernetes/cronjob.yaml'), 'utf8')
    const documents = parseAllDocuments(text).map((document) => document.toJS() as CronJob | Job)
    cronJob = documents.find(({ kind }) => kind === 'CronJob') as CronJob
    migration = documents.find(({ kind }) => kind === 'Job') as Job
  })
  afterAll(() => app.remove())

  const runContainer = (pod: PodSpec) => {
    const [program = '', ...args] = [...(pod.containers[0]?.command ?? []), ...(pod.containers[0]?.args ?? [])]
    const env = {
      NODE_ENV: 'production',
      KUBERNETES_SERVICE_HOST: '10.0.0.1',
      DATABASE_URL: `file:${path.join(app.folder, 'pod.db')}`,
    }
    return execute(program, args, { cwd: app.folder, env })
  }

  it('lets passes overlap, and leaves retries to the runs', () => {
    const { concurrencyPolicy, schedule, jobTemplate } = cronJob.spec
    expect({ concurrencyPolicy, schedule, backoffLimit: jobTemplate.spec.backoffLimit }).toEqual({
      concurrencyPolicy: 'Allow',
      schedule: '0 * * * *',
      backoffLimit: 0,
    })
    expect(jobTemplate.spec.template.spec).toMatchObject({ restartPolicy: 'Never', terminationGracePeriodSeconds: 15 })
  })

  it('takes the database from a secret', () => {
    const pods = [cronJob.spec.jobTemplate.spec.template.spec, migration.spec.template.spec]
    expect(pods.map(({ containers }) => containers[0]?.env.map(({ name }) => name))).toEqual([
      ['NODE_ENV', 'DATABASE_URL'],
      ['NODE_ENV', 'DATABASE_URL'],
    ])
  })

  it('migrates and makes a pass with the very commands of the manifest', async () => {
    const migrated = await runContainer(migration.spec.template.spec)
    expect(migrated.code, migrated.stderr).toBe(0)
    const pass = await runContainer(cronJob.spec.jobTemplate.spec.template.spec)
    expect(pass.code, pass.stderr).toBe(0)
    expect(pass.stdout).toMatch(/1 completed/)
  })

  it('starts the same program from the image', async () => {
    const dockerfile = await readFile(path.join(ROOT, 'examples/kubernetes/Dockerfile'), 'utf8')
    const command = JSON.parse(/^CMD (.*)$/m.exec(dockerfile)?.[1] ?? '[]') as string[]
    expect(command).toEqual(cronJob.spec.jobTemplate.spec.template.spec.containers[0]?.command)
  })
})
