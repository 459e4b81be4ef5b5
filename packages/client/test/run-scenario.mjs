// Runs the scenario as a program of its own, with its input as an argument, and prints what it saw.
import { scenario } from './scenario.mjs';

console.log(JSON.stringify(await scenario(JSON.parse(process.argv[2]))));
