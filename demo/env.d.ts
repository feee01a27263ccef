/** Whether the backend runs in the page, through MSW, or is a server. */
declare const __BACKEND_IN_PAGE__: boolean;
