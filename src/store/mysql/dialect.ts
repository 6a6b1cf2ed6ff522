import type { Dialect } from '../database.js'

export const mysqlDialect: Dialect = {
  now: 'UTC_TIMESTAMP(3)',
  nowPlusMs: 'TIMESTAMPADD(MICROSECOND, 1000 * ?, UTC_TIMESTAMP(3))',
  forUpdate: ' FOR UPDATE',
  byPrimaryKey: ' FORCE INDEX (PRIMARY)',
  straightJoin: 'STRAIGHT_JOIN',
}
