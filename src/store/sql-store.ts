import type { Database } from './database.js'
import { check } from './statements/check.js'
import { readNow } from './statements/now.js'
import { closePass, openPass, recordIdlePass } from './statements/passes.js'
import type { Store } from './store.js'

/** The port over a database. What an idle pass does not need is imported when it is first called. */
export function sqlStore(database: Database): Store {
  return {
    engine: database.engine,
    close: () => database.close(),
    now: () => database.direct(readNow),

    check: (query) => check(database, query),
    recordIdlePass: (pass) => recordIdlePass(database, pass),
    openPass: (pass, leaseMs) => openPass(database, pass, leaseMs),
    closePass: (passId, status, figures) => closePass(database, passId, status, figures),
    renewLease: async (...given) => (await import('./statements/passes.js')).renewLease(database, ...given),
    buryExpiredPasses: async () => (await import('./statements/passes.js')).buryExpiredPasses(database),
    listBusyPasses: async (...given) => (await import('./statements/passes.js')).listBusyPasses(database, ...given),
    readLastPass: async () => (await import('./statements/passes.js')).readLastPass(database),

    findOrphans: async (...given) => (await import('./statements/orphans.js')).findOrphans(database, ...given),
    settleOrphans: async (...given) => (await import('./statements/orphans.js')).settleOrphans(database, ...given),

    listTakeable: async (...given) => (await import('./statements/takeable.js')).listTakeable(database, ...given),
    peek: async (...given) => (await import('./statements/takeable.js')).peek(database, ...given),
    take: async (...given) => (await import('./statements/take.js')).take(database, ...given),
    record: async (...given) => (await import('./statements/record.js')).record(database, ...given),
    releaseRuns: async (...given) => (await import('./statements/release-runs.js')).releaseRuns(database, ...given),
    prune: async (...given) => (await import('./statements/prune.js')).prune(database, ...given),

    readRuns: async (...given) => (await import('./statements/runs.js')).readRuns(database, ...given),
    readSlot: async (...given) => (await import('./statements/runs.js')).readSlot(database, ...given),
    readExisting: async (...given) => (await import('./statements/new-runs.js')).readExisting(database, ...given),
    readRun: async (...given) => (await import('./statements/runs.js')).readRun(database, ...given),
    readSlotsWithRuns: async (...given) => (await import('./statements/runs.js')).readSlotsWithRuns(database, ...given),
    readSchedules: async (...given) => (await import('./statements/schedules.js')).readSchedules(database, ...given),
    readJobs: async () => (await import('./statements/jobs.js')).readJobs(database),
    writeJobs: async (...given) => (await import('./statements/jobs.js')).writeJobs(database, ...given),
    editSchedules: async (...given) =>
      (await import('./statements/edit-schedules.js')).editSchedules(database, ...given),
    insertRuns: async (...given) => (await import('./statements/insert-runs.js')).insertRuns(database, ...given),
    cancelRun: async (...given) => (await import('./statements/cancel-run.js')).cancelRun(database, ...given),
    setGlobalPause: async (...given) =>
      (await import('./statements/global-pause.js')).setGlobalPause(database, ...given),
    endGlobalPause: async (...given) =>
      (await import('./statements/global-pause.js')).endGlobalPause(database, ...given),
    readGlobalPause: async () => (await import('./statements/global-pause.js')).readGlobalPause(database),
  }
}
