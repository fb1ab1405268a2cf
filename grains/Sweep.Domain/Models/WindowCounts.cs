namespace Sweep.Domain.Models;

/// <summary>
/// How many windows a text gives: one for each character from the first target on, of which ⌈test · n⌉ and ⌈validation · n⌉ are held out.
/// Where the first target is a trial's own window length L, these are all windows that have a next character. Source: the published
/// experiment (476, 474, 472 held out of a text of 2,386 characters at L = 10, 20, 30).
/// </summary>
public readonly record struct WindowCounts(int Training, int Validation, int Test = 0)
{
    public int All => Training + Validation + Test;

    /// <param name="characters">Length of the text in characters (Unicode code points).</param>
    /// <param name="firstTarget">The first character, from 0, that a window predicts.</param>
    public static WindowCounts Of(int characters, int firstTarget, double validation, double test = 0)
    {
        var windows = Math.Max(0, characters - firstTarget);
        var tested = HeldOut(test, windows);
        var validated = Math.Min(HeldOut(validation, windows), windows - tested);
        return new(windows - tested - validated, validated, tested);
    }

    private static int HeldOut(double share, int windows) => (int)Math.Ceiling(Math.Round(share * windows, 6));
}
