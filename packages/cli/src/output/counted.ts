/** Formats a number with its noun: `1 secret`, `2 secrets`, `1,200 tables`. */
export function counted(count: number, singular: string, plural: string = `${singular}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? singular : plural}`
}
