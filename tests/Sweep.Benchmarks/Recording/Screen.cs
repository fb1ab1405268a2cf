using System.Globalization;

namespace Sweep.Benchmarks.Recording;

/// <param name="Letter">The letter; a space where nothing was written.</param>
/// <param name="Style">Classes of the SVG, separated by spaces: bold, red, …</param>
internal readonly record struct ScreenCell(char Letter, string Style);

/// <summary>
/// The screen of a terminal with the features that the live view uses: letters, line ends, moves of the cursor, erasing, colours.
/// </summary>
/// <param name="width">Number of columns.</param>
/// <param name="height">Number of rows. Text below the last row scrolls the screen.</param>
internal sealed class Screen(int width, int height)
{
    private static readonly string[] Colours = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

    private readonly List<ScreenCell[]> _rows = [.. Enumerable.Range(0, height).Select(_ => Blank(width))];
    private int _row;
    private int _column;
    private bool _bold;
    private bool _inverted;
    private string _colour = "";

    public IReadOnlyList<ScreenCell[]> Rows => [.. _rows.Select(row => (ScreenCell[])row.Clone())];

    /// <summary>Writes the output of a program. An escape sequence must not be split between two calls.</summary>
    public void Write(string text)
    {
        for (var at = 0; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '\e' when at + 1 < text.Length && text[at + 1] == '[':
                    var end = at + 2;
                    while (end < text.Length && text[end] is not (>= '@' and <= '~'))
                        end++;
                    Obey(text[(at + 2)..end], end < text.Length ? text[end] : ' ');
                    at = end;
                    break;
                case '\r':
                    _column = 0;
                    break;
                case '\n':
                    NextRow();
                    break;
                case >= ' ' and var letter:
                    Put(letter);
                    break;
                default:
                    break;
            }
        }
    }

    private void Put(char letter)
    {
        if (_column == width)
        {
            _column = 0;
            NextRow();
        }

        string[] styles = [_bold ? "bold" : "", _inverted ? "inverted" : "", _colour];
        _rows[_row][_column++] = new(letter, string.Join(' ', styles.Where(style => style.Length > 0)));
    }

    private void NextRow()
    {
        if (++_row < height)
            return;
        _row = height - 1;
        _rows.RemoveAt(0);
        _rows.Add(Blank(width));
    }

    private void Obey(string arguments, char command)
    {
        int[] numbers =
        [
            .. arguments.TrimStart('?')
                .Split(';')
                .Select(number => int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0),
        ];
        var count = Math.Max(1, numbers[0]);
        switch (command)
        {
            case 'A':
                _row = Math.Max(0, _row - count);
                break;
            case 'B':
                _row = Math.Min(height - 1, _row + count);
                break;
            case 'H':
                (_row, _column) = (0, 0);
                break;
            case 'K':
                for (var column = numbers[0] == 2 ? 0 : _column; column < width; column++)
                    _rows[_row][column] = new(' ', "");
                break;
            case 'J':
                for (var row = numbers[0] == 0 ? _row : 0; row < height; row++)
                    _rows[row] = Blank(width);
                break;
            case 'm':
                foreach (var number in numbers)
                    Style(number);
                break;
            default:
                break;
        }
    }

    private void Style(int number)
    {
        switch (number)
        {
            case 0:
                (_bold, _inverted, _colour) = (false, false, "");
                break;
            case 1:
                _bold = true;
                break;
            case 7:
                _inverted = true;
                break;
            case >= 30 and <= 37:
                _colour = Colours[number - 30];
                break;
            case >= 90 and <= 97:
                _colour = number == 90 ? "grey" : Colours[number - 90];
                break;
            case 39:
                _colour = "";
                break;
            default:
                break;
        }
    }

    private static ScreenCell[] Blank(int width) => [.. Enumerable.Repeat(new ScreenCell(' ', ""), width)];
}
