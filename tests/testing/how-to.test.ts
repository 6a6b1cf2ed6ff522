import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import { ROOT } from '../architecture/read-imports.js'
import { createAppFolder } from '../support/app-folder.js'
import { execute } from '../support/execute.js'

const CONFIG = `import { defineConfig, defineJob } from 'run-due-schedules'
export default defineConfig({
  jobs: [defineJob({ name: 'send-digests', run: () => ({ sent: 3 }) })],
  schedules: [{ id: 'digest', cron: '30 7 * * mon-fri', timezone: 'America/New_York', jobs: ['send-digests'] }],
})
`

it('the example in the how-to passes in an app that has installed the package', async () => {
  const page = readFileSync(path.join(ROOT, 'docs/how-to/test-your-schedules.md'), 'utf8')
  const example = /```js\n(\/\/ schedules\.test\.js[\s\S]*?)```/.exec(page)?.[1] ?? ''
  const app = await createAppFolder()
  await writeFile(path.join(app.folder, 'schedules.config.js'), CONFIG)
  await writeFile(path.join(app.folder, 'schedules.test.js'), example)
  const { code, stdout, stderr } = await execute(process.execPath, ['--test', 'schedules.test.js'], { cwd: app.folder })
  await app.remove()
  expect(code, `${stdout}${stderr}`).toBe(0)
  expect(stdout).toMatch(/pass 3/)
})
