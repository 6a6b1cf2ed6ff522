import { spawn } from 'node:child_process'

export interface Command {
  name: string
  file: string
  args: readonly string[]
  env?: Record<string, string>
  cwd?: string
}

interface Figures {
  wallMs: number
  cpuMs: number
  peakMiB: number
}

/** Runs the commands in turn (A B A B …), so that a machine that slows down slows both, and prints medians and their ratio. */
export async function compare(baseline: Command, subject: Command, rounds: number): Promise<void> {
  const figures = new Map<Command, Figures[]>([
    [baseline, []],
    [subject, []],
  ])
  for (const command of [baseline, subject]) await measure(command)
  for (let round = 0; round < rounds; round += 1) {
    for (const command of [baseline, subject]) figures.get(command)?.push(await measure(command))
  }
  const row = (name: string, pick: (each: Figures) => number, unit: string): string => {
    const [a, b] = [baseline, subject].map((command) => median((figures.get(command) ?? []).map(pick)))
    return `${name.padEnd(6)} ${format(a)} ${unit}  ${format(b)} ${unit}  × ${((b ?? 0) / (a ?? 1)).toFixed(2)}`
  }
  process.stdout.write(
    [
      `${rounds} rounds; medians of "${baseline.name}" and "${subject.name}", and their ratio`,
      row('wall', (each) => each.wallMs, 'ms '),
      row('cpu', (each) => each.cpuMs, 'ms '),
      row('peak', (each) => each.peakMiB, 'MiB'),
      '',
    ].join('\n'),
  )
}

/** The operating system's own account of one finished process (`/usr/bin/time`). */
function measure({ file, args, env, cwd }: Command): Promise<Figures> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now()
    const child = spawn('/usr/bin/time', ['-f', '@@ %U %S %M', file, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...env },
      ...(cwd === undefined ? {} : { cwd }),
    })
    let told = ''
    child.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()))
    child.on('error', reject)
    child.on('close', (code) => {
      const wallMs = performance.now() - startedAt
      const found = /@@ ([\d.]+) ([\d.]+) (\d+)/.exec(told)
      if (code !== 0 || found === null) reject(new Error(`${file} ${args.join(' ')} exited with ${code}:\n${told}`))
      else resolve({ wallMs, cpuMs: (Number(found[1]) + Number(found[2])) * 1000, peakMiB: Number(found[3]) / 1024 })
    })
  })
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function format(value: number | undefined): string {
  return (value ?? Number.NaN).toFixed(1).padStart(8)
}
