import { lowestRunId } from '../../src/domain/run-id-bounds.js'
import { openQueries } from '../../src/queries/open-queries.js'
import { prismaOn } from '../../tests/queries/fixture.js'
import { DAYS } from './history.js'
import type { Samples } from './targets.js'

const COUNT = 200
const DAY_MS = 86_400_000

export async function takeSamples(url: string): Promise<Samples> {
  const queries = await openQueries(url)
  const [newest] = (await queries.listRuns({ limit: 1 })).runs
  const newestMs = newest?.createdAt.getTime() ?? 0
  const spread: string[] = []
  for (let n = 0; n < COUNT; n += 1) {
    const cursor = lowestRunId(new Date(newestMs - (n * DAYS * DAY_MS) / COUNT), 0)
    spread.push(...(await queries.listRuns({ limit: 1, cursor })).runs.map((run) => run.id))
  }
  await queries.close()
  const prisma = await prismaOn(url)
  const long = await prisma.$queryRaw<{ id: string }[]>`SELECT id FROM JobRun WHERE LENGTH(log) > 60000 LIMIT 100`
  await prisma.$disconnect()
  return { spread, longLogs: long.map((row) => row.id) }
}
