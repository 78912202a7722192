import type { Operator } from './operator.ts'

const end = `
with before as (
  select id, extract(epoch from ends_at - created_at)::float8 as seconds from staged_relation
  where uuid = $1 and ends_at is not null for update),
ended as (update staged_relation s set ends_at = now() - interval '1 second' from before b where s.id = b.id),
claims as (update location_claim c set ends_at = now() - interval '1 second' from before b where c.owner_id = b.id)
select seconds from before`

/**
 * Ends the reservation of a staged table, as if it had expired. Returns the original lifetime of the reservation in
 * seconds.
 *
 * @param uuid UUID of the staged table
 */
export async function endReservation({ database }: Operator, uuid: string): Promise<number> {
  const [row] = await database.query<{ readonly seconds: number }>(end, [uuid])
  if (row === undefined) throw new Error(`the database contains no reservation for the staged table ${uuid}`)
  return row.seconds
}

/**
 * Frees the locations of ended reservations at and below `location`, like the housekeeping job of the server does if
 * the locations are empty.
 */
export async function releasePlaces(operator: Operator, warehouse: string, location: string): Promise<void> {
  const path = `warehouses/${warehouse}/retired-places?location=${encodeURIComponent(location)}`
  const response = await operator.manage('DELETE', path)
  if (response.status !== 200)
    throw new Error(`releasing the location ${location} failed: ${response.status} ${response.text}`)
}
