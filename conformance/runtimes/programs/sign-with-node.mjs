// Prints the headers that Node's own crypto makes of a request, for the other runtimes to compare with theirs.
import { signRequest } from '@headgate/sigv4'

const { request, options } = JSON.parse(process.argv[2] ?? '')
console.log(JSON.stringify(signRequest(request, { ...options, date: new Date(options.date) }).headers))
