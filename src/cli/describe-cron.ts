/** Cron expressions in words (`At 03:00`); one that is not valid stands for itself. Loads the calendar. */
export async function describeCrons(crons: readonly string[]): Promise<Map<string, string>> {
  const { describeCron } = await import('../calendar/describe.js')
  const inWords = (cron: string): string => {
    try {
      return describeCron(cron)
    } catch {
      return cron
    }
  }
  return new Map(crons.map((cron) => [cron, inWords(cron)]))
}
