using System.Text;
using Spectre.Console;
using Sweep.Client.Output;

namespace Sweep.Client.Live;

/// <summary>Lines that fit a terminal.</summary>
internal static class Lines
{
    /// <summary>A part that would be cut to less says nothing.</summary>
    private const int LeastPiece = 12;

    /// <summary>Parts beside each other as far as they fit, two spaces apart; one that begins with a bar joins on.</summary>
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

    /// <summary>A part of a bar of this width: full up to the share, the rest pale.</summary>
    public static (string Text, string? Style)[] Bar(double share, int width)
    {
        var full = (int)(Math.Clamp(share, 0, 1) * width);
        return [(new string('━', full), "green"), (new string('━', width - full), "grey")];
    }
}
