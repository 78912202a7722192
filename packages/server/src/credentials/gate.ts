import type { Warehouse } from '../catalog/warehouses.ts'
import type { S3Session } from './s3-session.ts'

/** Says whether a session of the storage gateway, whose signature has been verified, still holds. */
export interface S3Gate {
  /**
   * The warehouse whose storage the session is for. The answer may be as old as the configured maximum age of such
   * decisions, never older.
   *
   * @throws HeadgateError `forbidden` when the right was taken away, the relation is gone or was revoked
   */
  admit(session: S3Session): Promise<Warehouse>
}
