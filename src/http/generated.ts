// Owns what is said wherever messages are read that nobody wrote.

export const generatedNotice = 'This is a demo. Its messages are generated: nobody wrote them, and they come from no network.'
