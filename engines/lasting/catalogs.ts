/** Storage access ends after seconds there, and is renewed. */
export const brief = 'brief'
/** The same warehouse, without what clients renew their storage access by. */
export const unrefreshable = 'unrefreshable'
/** A warehouse with longer lives, to read from. Its administrator's catalog is called the same. */
export const restless = 'restless'
/** That warehouse, with data files that are handed out one by one, one every two seconds. */
export const slow = 'slow'
/** That warehouse for a principal whose right is taken away. */
export const writer = 'writer'
