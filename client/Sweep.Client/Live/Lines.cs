using System.Text;
using Spectre.Console;
using Sweep.Client.Output;

namespace Sweep.Client.Live;

/// <summary>Lines that fit a terminal.</summary>
internal static class Lines
{
    /// <summary>The least width to which a part is shortened. A part with less room is left out.</summary>
    private const int LeastPiece = 12;

    /// <summary>
    /// Puts parts beside each other, as many as fit, two spaces apart. A part that begins with a piece of a bar follows without spaces.
    /// </summary>
    public static Markup Of(int width, params IEnumerable<(string Text, string? Style)> parts)
    {
        var line = new StringBuilder();
        var used = 0;
        foreach (var (text, style) in parts.Where(part => part.Text.Length > 0))
        {
            var gap = used == 0 || text[0] == '━' ? "" : "  ";
            var shown = Shorten(Printable.Line(text), used == 0 ? width : Math.Max(0, width - used - gap.Length));
            if (shown.Length == 0 || (shown.Length < text.Length && shown.Length < LeastPiece))
                break;
            used += gap.Length + shown.Length;
            line.Append(gap).Append(style is null ? Markup.Escape(shown) : $"[{style}]{Markup.Escape(shown)}[/]");
            if (shown.Length < text.Length)
                break;
        }

        return new Markup(line.ToString()).Overflow(Overflow.Crop);
    }

    public static string Shorten(string text, int width) => text.Length <= width ? text : width < 1 ? "" : text[..(width - 1)] + "…";

    /// <summary>A bar of this width: green up to the share, the rest grey.</summary>
    public static (string Text, string? Style)[] Bar(double share, int width)
    {
        var full = (int)(Math.Clamp(share, 0, 1) * width);
        return [(new string('━', full), "green"), (new string('━', width - full), "grey")];
    }
}
