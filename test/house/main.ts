import { surveyHouse, sourceFiles } from './house.ts';

const { rooms, medianLines, faults } = surveyHouse(sourceFiles());

console.log('room          folders  files   lines  imports (files)');
for (const { room, folders, files, lines, ties } of rooms) {
  const imported = Object.entries(ties).map(([to, count]) => `${to} ${count}`);
  console.log(
    `${room.padEnd(12)}  ${String(folders).padStart(7)}  ${String(files).padStart(5)}  ${String(lines).padStart(6)}  ${imported.join(', ')}`,
  );
}
const files = rooms.reduce((sum, room) => sum + room.files, 0);
const lines = rooms.reduce((sum, room) => sum + room.lines, 0);
console.log(`${files} files, ${lines} lines, median ${medianLines}; ${faults.length} faults`);
for (const fault of faults) console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;
