import { describe, expect, it } from 'vitest'
import { connectTo, engines } from '../support/servers.js'

describe.each(engines())('a test database on $name', (engine) => {
  it('is fresh and reachable', async () => {
    const database = await engine.createDatabase({ migrated: false })
    expect(database.url).toMatch(engine.dialect === 'sqlite' ? /^file:/ : /^mysql:.*\/rds_/)
    if (engine.dialect === 'mysql') {
      const connection = await connectTo(database.url)
      const [rows] = await connection.query('SHOW TABLES')
      expect(rows).toEqual([])
      await connection.end()
    }
    await database.drop()
  })
})
