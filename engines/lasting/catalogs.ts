/** Name of the catalog whose storage credentials expire after a few seconds. Clients can refresh them. */
export const brief = 'brief'
/**
 * Name of a catalog of the same warehouse that does not return the properties with which clients refresh storage
 * credentials.
 */
export const unrefreshable = 'unrefreshable'
/**
 * Name of a warehouse with longer-lived credentials, for sources that jobs read. The catalog in which the
 * administrator uses it has the same name.
 */
export const restless = 'restless'
/** Name of a catalog of the warehouse `restless` whose store sends one data file every two seconds. */
export const slow = 'slow'
/**
 * Name of a catalog in which another principal uses the warehouse `restless`. The scenario revokes the rights of this
 * principal.
 */
export const writer = 'writer'
