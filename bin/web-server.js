#!/usr/bin/env node
import { findProgram } from './find-program.js'

let exitCode = 2
const program = findProgram('web.js')
if (program !== null) {
  const { main } = await import(program)
  exitCode = await main()
}
process.exit(exitCode)
