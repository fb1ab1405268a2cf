namespace Sweep.Domain.Models;

/// <summary>
/// How many windows a text gives: every start but the last ones, <c>ids[i .. i+L)</c> predicting <c>ids[i+L]</c>, of which
/// ⌈validation · n⌉ are held out. Source: the published experiment (476, 474, 472 of a text of 2,386 characters at L = 10, 20, 30).
/// </summary>
public readonly record struct WindowCounts(int Training, int Validation)
{
    /// <param name="characters">Length of the text in characters (Unicode code points).</param>
    public static WindowCounts Of(int characters, int sequenceLength, double validation)
    {
        var windows = Math.Max(0, characters - sequenceLength);
        var heldOut = (int)Math.Ceiling(Math.Round(validation * windows, 6));
        return new(windows - heldOut, heldOut);
    }
}
