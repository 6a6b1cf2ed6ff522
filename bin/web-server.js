#!/usr/bin/env node
import { existsSync } from 'node:fs'

const program = new URL('../dist/web.js', import.meta.url)
let exitCode = 2
if (!existsSync(program)) {
  process.stderr.write('run-due-schedules is not built: dist/web.js is missing\n  fix: npm run build\n')
} else {
  const { main } = await import(program.href)
  exitCode = await main()
}
process.exit(exitCode)
