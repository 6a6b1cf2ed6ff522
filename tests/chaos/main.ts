import { appendFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { soak, type EngineName, type Figures } from './soak.js'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    engine: { type: 'string', multiple: true, default: ['sqlite', 'mariadb', 'mysql'] },
    'server-kill-every': { type: 'string', default: '20' },
    log: { type: 'string' },
  },
})

const all: Figures[] = []
for (const engine of values.engine) {
  const options = {
    engine: engine as EngineName,
    minutes: Number(values.minutes),
    serverKillEveryS: Number(values['server-kill-every']),
  }
  all.push(
    await soak(options, (line) => {
      if (values.log !== undefined) appendFileSync(values.log, `${line}\n`)
      else process.stderr.write(`${line}\n`)
    }),
  )
}
process.stdout.write(tableOf(all))
const isGood = (f: Figures) =>
  f.duplicates + f.gaps + f.stuck + f.unrecorded + f.hollow + f.unfinished + f.overBound === 0 && f.mostOnce <= 1
process.exitCode = all.every(isGood) ? 0 : 1

function tableOf(figures: readonly Figures[]): string {
  const names = Object.keys(figures[0] ?? {}) as (keyof Figures)[]
  const cell = (value: unknown): string =>
    typeof value === 'number'
      ? String(Math.round(value * 10) / 10)
      : typeof value === 'string'
        ? value
        : JSON.stringify(value)
  return (
    names
      .map((name) => [name.padEnd(16), ...figures.map((each) => cell(each[name]).padStart(24))].join(' '))
      .join('\n') + '\n'
  )
}
