import { existsSync } from 'node:fs'
import path from 'node:path'
import { finding, type Finding } from './finding.js'

const OLDEST_NODE = [20, 19] as const
// https://docs.railway.com/config-as-code: existing files are read until then, new services never read them.
const RAILWAY_CUTOFF = new Date('2026-12-01T00:00:00Z')
const OLD_FILES = ['railway.toml', 'railway.json']

export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isNewEnough = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])
  if (isNewEnough) return finding('node', 'ok', `v${version}`)
  return finding('node', 'problem', `v${version} is too old`, {
    fix: `install Node.js ${OLDEST_NODE.join('.')} or later`,
  })
}

/** Files that tell the platform how to start passes, and that it will not read for ever. */
export function checkDeployFiles(folder: string, now: Date): Finding {
  const [old] = OLD_FILES.filter((name) => existsSync(path.join(folder, name)))
  const isCurrent = existsSync(path.join(folder, '.railway/railway.ts'))
  if (old === undefined || isCurrent) return finding('deploy', 'ok', 'no deploy file that is about to be ignored')
  const fix = 'move to .railway/railway.ts: https://docs.railway.com/infrastructure-as-code'
  if (now >= RAILWAY_CUTOFF) {
    return finding('deploy', 'problem', `Railway has not read ${old} since 1 December 2026: no pass starts by it`, {
      fix,
    })
  }
  const days = Math.ceil((RAILWAY_CUTOFF.getTime() - now.getTime()) / 86_400_000)
  const when = days === 1 ? 'tomorrow' : `in ${days} days`
  return finding('deploy', 'warning', `Railway stops reading ${old} on 1 December 2026, ${when}`, { fix })
}
