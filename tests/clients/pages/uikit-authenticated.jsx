import "./recording.mjs";
import { createRoot } from "react-dom/client";
import { Call } from "./call.jsx";
import { settings } from "./settings.mjs";

createRoot(document.querySelector("main")).render(<Call {...settings} />);
