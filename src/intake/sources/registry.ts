// Every source that mail comes from: a folder beside this one, and a line here.
export { gmail } from '../gmail/gmail.ts';
export { microsoft } from '../microsoft/microsoft.ts';
