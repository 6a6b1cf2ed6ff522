import { AsyncLocalStorage } from 'node:async_hooks'
import { failpoint } from '../failpoints.js'
import type { Database, Statements } from './database.js'
import type { Store } from './store.js'

const operation = new AsyncLocalStorage<string>()

/** Names the failpoints of `databaseWithFailpoints` after the store's method that is under way. */
export function storeWithFailpoints(store: Store): Store {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      return (...given: unknown[]) => operation.run(String(name), () => Reflect.apply(value, target, given) as unknown)
    },
  })
}

/** Failpoints before and after every statement and every COMMIT: `take.insert-JobRun.before`, `record.commit.after`. */
export function databaseWithFailpoints(database: Database): Database {
  return {
    ...database,
    glance: (work) => database.glance((statements) => work(around(statements))),
    direct: (work) => database.direct((statements, unsure) => work(around(statements), unsure)),
    async transaction(work) {
      const name = `${operation.getStore() ?? 'store'}.commit`
      const result = await database.transaction(async (statements, unsure) => {
        const answer = await work(around(statements), unsure)
        await failpoint(`${name}.before`)
        return answer
      })
      await failpoint(`${name}.after`)
      return result
    },
  }
}

function around(statements: Statements): Statements {
  return {
    dialect: statements.dialect,
    all: (sql, values) => guard(nameOf(sql), () => statements.all(sql, values)),
    many: (queries) => guard(nameOf(queries[0]?.sql ?? ''), () => statements.many(queries)),
    run: (sql, values) => guard(nameOf(sql), () => statements.run(sql, values)),
    async insertAll(table, rows) {
      if (rows.length > 0) await guard(`insert-${table}`, () => statements.insertAll(table, rows))
    },
    async updateEach(table, key, rows) {
      if (rows.length > 0) await guard(`update-${table}`, () => statements.updateEach(table, key, rows))
    },
  }
}

async function guard<T>(statement: string, send: () => Promise<T>): Promise<T> {
  const name = `${operation.getStore() ?? 'store'}.${statement}`
  await failpoint(`${name}.before`)
  const result = await send()
  await failpoint(`${name}.after`)
  return result
}

/** The verb and the first table: `update-JobSchedule`. */
function nameOf(sql: string): string {
  const verb = /^\s*(\w+)/.exec(sql)?.[1]?.toLowerCase() ?? 'statement'
  const table = /\b(Job|JobSchedule|JobRun|RunnerPass|RunnerSetting|AuditEvent)\b/.exec(sql)?.[1]
  return table === undefined ? verb : `${verb}-${table}`
}
