/** Catalog whose storage access expires after seconds, and is refreshed. */
export const brief = 'brief'
/** A catalog of this warehouse without the properties that refresh storage access. */
export const unrefreshable = 'unrefreshable'
/** A warehouse with longer lifetimes, for reads. The catalog of its administrator has the same name. */
export const restless = 'restless'
/** A catalog of that warehouse whose data files are served one by one, every two seconds. */
export const slow = 'slow'
/** A catalog of that warehouse for a principal whose right is revoked. */
export const writer = 'writer'
