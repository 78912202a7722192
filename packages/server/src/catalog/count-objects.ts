export { countObjects, type ObjectCounts } from '../store/object-counts.ts'
