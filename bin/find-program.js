import { existsSync } from 'node:fs'

const OLDEST_NODE = [20, 19]

/** The address of a built program; null, having said why, where it cannot run. Old Nodes must be able to read this. */
export function findProgram(file) {
  const program = new URL(`../dist/${file}`, import.meta.url)
  if (!isNodeNewEnough()) {
    return refuse(
      `Node ${process.version} is too old for run-due-schedules`,
      `use Node ${OLDEST_NODE.join('.')} or later`,
    )
  }
  if (!existsSync(program)) return refuse(`run-due-schedules is not built: dist/${file} is missing`, 'npm run build')
  return program.href
}

function isNodeNewEnough() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  return major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])
}

function refuse(what, fix) {
  process.stderr.write(`${what}\n  fix: ${fix}\n`)
  return null
}
