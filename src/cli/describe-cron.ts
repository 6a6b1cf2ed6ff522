/** A cron expression in words (`At 03:00`); the expression itself where it is not valid. */
export async function describeCrons(crons: readonly string[]): Promise<Map<string, string>> {
  const { describeCron } = await import('../calendar/describe.js')
  const words = new Map<string, string>()
  for (const cron of crons) words.set(cron, await describeOne(cron, describeCron))
  return words
}

async function describeOne(cron: string, describe: (cron: string) => string | Promise<string>): Promise<string> {
  try {
    return await describe(cron)
  } catch {
    return cron
  }
}
