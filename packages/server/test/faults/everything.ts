import { statement } from '../../src/store/sql.ts'
import type { FaultPlace } from './fault-fixture.ts'

const everything = statement(
  'fault_everything',
  `select r.id, r.name, r.version, r.metadata_location, r.namespace_id, r.dropped_at, l.location
   from relation r left join location_claim l on l.owner_id = r.id order by r.id, l.location`,
)

/** Returns the name and state of each table and view, one text for each. */
export async function everythingIn({ sql }: Pick<FaultPlace, 'sql'>): Promise<string[]> {
  return (await sql.run<object>(everything)).map((row) => JSON.stringify(row))
}
