using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace Sweep.Benchmarks.Recording;

/// <summary>Makes an animated SVG from screens. It needs no script, and a viewer without animation shows the last screen.</summary>
internal static class SvgRecording
{
    private const double LetterWidth = 8.4;
    private const int LineHeight = 18;
    private const int Margin = 12;
    private static readonly TimeSpan LastScreen = TimeSpan.FromSeconds(6);

    private const string Styles =
        "rect{fill:#0d1117} " +
        "text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#d1d7e0;white-space:pre} " +
        ".bold{font-weight:bold;fill:#fff} .red{fill:#ff7b72} .green{fill:#7ee787} .grey{fill:#8b949e} .yellow{fill:#e3b341} " +
        ".blue{fill:#79c0ff} .inverted{fill:#79c0ff;font-weight:bold}";

    /// <param name="frames">The screens, each with the time at which it appeared.</param>
    public static XDocument Of(IReadOnlyList<(TimeSpan At, IReadOnlyList<ScreenCell[]> Rows)> frames)
    {
        XNamespace svg = "http://www.w3.org/2000/svg";
        var (width, height) = (frames[0].Rows[0].Length, frames.Max(frame => Used(frame.Rows)));
        var whole = frames[^1].At + LastScreen;
        var root = new XElement(
            svg + "svg",
            new XAttribute(
                "viewBox",
                string.Create(
                    CultureInfo.InvariantCulture, $"0 0 {(width * LetterWidth) + (2 * Margin):0} {(height * LineHeight) + (2 * Margin)}")),
            new XElement(svg + "style", Styles),
            new XElement(svg + "rect", new XAttribute("width", "100%"), new XAttribute("height", "100%"), new XAttribute("rx", 8)));
        foreach (var (index, (at, rows)) in frames.Index())
        {
            var until = index + 1 < frames.Count ? frames[index + 1].At : whole;
            root.Add(new XElement(
                svg + "g",
                new XAttribute("visibility", index + 1 < frames.Count ? "hidden" : "visible"),
                new XElement(
                    svg + "animate",
                    new XAttribute("attributeName", "visibility"), new XAttribute("calcMode", "discrete"),
                    new XAttribute("repeatCount", "indefinite"),
                    new XAttribute("dur", Number(whole.TotalSeconds) + "s"), new XAttribute("values", "hidden;visible;hidden"),
                    new XAttribute("keyTimes", $"0;{Number(at / whole)};{Number(until / whole)}")),
                rows.Index().Where(row => row.Item.Any(cell => cell.Letter != ' ')).Select(row => Line(svg, row.Item, row.Index))));
        }

        return new(root);
    }

    private static XElement Line(XNamespace svg, ScreenCell[] cells, int row)
    {
        var line = new XElement(svg + "text", new XAttribute("x", Margin), new XAttribute("y", Margin + ((row + 1) * LineHeight) - 5));
        for (var at = 0; at < cells.Length;)
        {
            var (style, letters, from) = (cells[at].Style, new StringBuilder(), at);
            while (at < cells.Length && cells[at].Style == style)
                letters.Append(cells[at++].Letter);
            if (letters.ToString().Trim().Length == 0)
                continue;
            // Each piece has its own position, so that the columns stay aligned in a slightly wider font.
            line.Add(new XElement(
                svg + "tspan", new XAttribute("x", Number(Margin + (from * LetterWidth))),
                style.Length > 0 ? new XAttribute("class", style) : null, letters.ToString().TrimEnd()));
        }

        return line;
    }

    private static int Used(IReadOnlyList<ScreenCell[]> rows) =>
        rows.Index().Where(row => row.Item.Any(cell => cell.Letter != ' ')).Select(row => row.Index + 1).DefaultIfEmpty(1).Max();

    private static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
