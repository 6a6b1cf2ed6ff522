// Generates both Prisma clients under src/queries/generated.
import { spawnSync } from 'node:child_process'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
// `prisma generate` downloads a schema engine that it never runs; any existing file satisfies it. The variable must not
// leave this process: with it `prisma migrate deploy` reports success and applies nothing.
const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1' }

for (const schema of ['prisma/schema.prisma', 'prisma/sqlite/schema.prisma']) {
  const command = path.join(root, 'node_modules/prisma/build/index.js')
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, 'generate', '--schema', schema], {
    cwd: root,
    env,
    encoding: 'utf8',
  })
  if (status !== 0) {
    process.stderr.write(`${stdout}${stderr}`)
    process.exitCode = status ?? 1
    break
  }
}
