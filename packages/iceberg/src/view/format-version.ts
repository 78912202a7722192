/** Highest supported version of the view format, and the version of new views. */
export const SUPPORTED_VIEW_FORMAT_VERSION = 1
