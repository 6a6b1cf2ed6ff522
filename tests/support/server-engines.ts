import { it } from 'vitest'
import { engines, type TestEngine } from './servers.js'

/** MariaDB and MySQL, for `describe.each` of a file that is about servers; where there is none the file is skipped, not empty. */
export function serverEngines(): TestEngine[] {
  const servers = engines().filter((engine) => engine.dialect === 'mysql')
  if (servers.length === 0) it.skip('needs MariaDB or MySQL', () => undefined)
  return servers
}
