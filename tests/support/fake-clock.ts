import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** A wall clock for other processes, native code and threads included, that can be set while they run. */
export interface FakeClock {
  /** Given to the processes that go by it. */
  env: Record<string, string>
  /** From now on the clock is that many seconds off. Their monotonic clocks go on as they were. */
  set(seconds: number): void
  remove(): void
}

/** False, with a line that says so, where libfaketime is missing; in CI that is an error. */
export function clocksCanBeFaked(): boolean {
  if (library() !== null) return true
  if (process.env['CI']) throw new Error('tests need libfaketime (Debian: apt-get install faketime)')
  process.stderr.write('tests skip stepping clocks: no libfaketime found (Debian: apt-get install faketime)\n')
  return false
}

export function createFakeClock(): FakeClock {
  const folder = mkdtempSync(path.join(tmpdir(), 'rds-clock-'))
  const file = path.join(folder, 'offset')
  const set = (seconds: number): void => {
    // Renamed: they read the file whenever they ask for the time.
    writeFileSync(`${file}.new`, `${seconds < 0 ? '' : '+'}${seconds}\n`)
    renameSync(`${file}.new`, file)
  }
  set(0)
  return {
    env: {
      LD_PRELOAD: library() ?? '',
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
    set,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function library(): string | null {
  const folders = existsSync('/usr/lib') ? readdirSync('/usr/lib').map((name) => `/usr/lib/${name}/faketime`) : []
  const files = ['/usr/lib/faketime', ...folders].map((folder) => path.join(folder, 'libfaketimeMT.so.1'))
  return files.find((file) => existsSync(file)) ?? null
}
