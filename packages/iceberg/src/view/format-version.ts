/** The newest view format this package reads and writes; new views get it. */
export const SUPPORTED_VIEW_FORMAT_VERSION = 1
