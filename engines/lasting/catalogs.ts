/** Name of the catalog whose storage credentials expire after a few seconds. Clients can refresh them. */
export const brief = 'brief'
/**
 * Name of a catalog of the same warehouse whose responses lack the properties with which clients refresh storage
 * credentials.
 */
export const unrefreshable = 'unrefreshable'
/**
 * Name of a warehouse with longer-lived storage credentials, which contains the tables that jobs read. Also the name
 * of the catalog in which the administrator uses this warehouse.
 */
export const restless = 'restless'
/** Name of a catalog of the warehouse `restless` whose store serves one data file every two seconds. */
export const slow = 'slow'
/**
 * Name of a catalog in which another principal uses the warehouse `restless`. The scenario revokes the rights of this
 * principal during a job.
 */
export const writer = 'writer'
