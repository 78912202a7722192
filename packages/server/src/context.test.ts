import { expect, test } from 'vitest'
import { statement } from './store/sql.ts'
import { testServer } from '../test/server.ts'

const age = statement(
  'test_age',
  `with audited as (
     insert into audit (request_id, principal, operation, outcome, at)
     select '', '', 'old', 'allowed', now() - make_interval(days => days) from unnest(array[1, 3]) days
   )
   insert into key_ring (id, purpose, state, sealed, retired_at)
   select 'retired-' || days, 'of-a-later-release', 'retired', '', now() - make_interval(days => days) from unnest(array[1, 3]) days`,
)
const left = statement(
  'test_left',
  `select (select count(*)::int from audit where operation = 'old') as events,
     (select string_agg(id, ',') from key_ring where state = 'retired') as keys`,
)

test('a server deletes audit events and retired keys after their retention', async () => {
  const days = 2 * 86_400
  await using server = await testServer({ auditRetentionSeconds: days, retiredKeySeconds: days })
  await server.sql.run(age)
  await server.replica()
  await expect.poll(() => server.sql.run(left)).toEqual([{ events: 1, keys: 'retired-1' }])
})
